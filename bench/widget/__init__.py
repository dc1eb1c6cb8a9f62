"""What the widget weighs and costs on somebody's page, beside other trackers that see forms."""
