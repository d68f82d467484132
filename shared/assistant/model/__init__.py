"""The assistant with a language model: its client, its tools, and what keeps its words true."""
