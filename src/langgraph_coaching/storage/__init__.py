"""LanceDB: the connection, the tables, the background writer, and their upkeep."""
