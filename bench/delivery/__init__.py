"""How quickly deliveries go out, how much waiting ones cost, and how soon after a click an alert is on its way."""
