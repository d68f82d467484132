"""Everything of Zeta that is not a trigger: the kernel, the runtime and the capabilities."""
