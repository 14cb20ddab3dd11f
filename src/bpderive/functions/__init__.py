"""Activations and costs, one declaration each, what is derived of them, and which of them a network has."""
