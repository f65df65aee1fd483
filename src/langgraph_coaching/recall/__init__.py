"""Messages in, advice out: the situation, the candidates, the probabilities, the choice, the prompt block."""
