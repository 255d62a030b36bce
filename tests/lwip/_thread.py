# _thread.py - stands for MicroPython's module, which a board without threads does not have. tests/compat/helper.py imports it,
# and no test here uses it.
