"""WhatsApp as the Cloud API (Graph) shows it: messages, media, statuses, the 24-hour window."""
