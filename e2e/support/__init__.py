"""What the end-to-end tests stand on: LeadsBot in processes of its own, its neighbours, visitors and an operator."""
