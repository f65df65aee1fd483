"""Demo: a support agent is captured, corrected and coached, answered by a recorded real model."""
