"""The record: one piece of feedback, its six kinds of behavior, and the tables that keep it."""
