"""Forms, visitors' sessions at them, how far they got, and when that counts as abandoned."""
