"""The assistant with a language model: its tools, and what keeps its words true."""
