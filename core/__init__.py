"""Shared kernel: vocabulary, problems, states, fault points. No models, no I/O."""
