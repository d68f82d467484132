"""What people and machine clients do with identity; each method is one endpoint."""
