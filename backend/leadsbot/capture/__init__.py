"""The public doors: every way in which a lead reaches LeadsBot, one file per door, and the guards before them."""
