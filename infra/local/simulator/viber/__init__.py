"""Viber as the REST Bot API shows it: send_message, callbacks, keyboards, rich media."""
