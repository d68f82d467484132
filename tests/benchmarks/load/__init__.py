"""The load: shoppers that write and an instant messenger that takes the answers, in one process of their own."""
