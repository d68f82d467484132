"""What runs Zeta: the local stack, the migrations, Azure, the monitoring."""
