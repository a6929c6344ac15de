"""Why something happened: the stored decision in plain sentences, the exact record beside it."""
