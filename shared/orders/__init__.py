"""Orders: the cart, the checkout, reserved stock, and what becomes of an order."""
