"""Photos and voice notes in a turn: what a shopper shows and says becomes what a shopper writes."""
