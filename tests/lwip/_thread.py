# _thread.py - a board has no threads; tests/compat/helper.py imports this name, and nothing here uses it.
