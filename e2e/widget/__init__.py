"""The proof of the widget: cases on pages of all kinds, driven in a browser against the real backend."""
