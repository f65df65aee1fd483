"""The demo: the whole circle on a small support agent, answered by a recorded real model."""
