# The Python modules that our unix build freezes: MicroPython's asyncio, and those of this repository.
include("$(MPY_DIR)/extmod/asyncio")
include("../manifest.py")
module("ussl_explain.py", base_path="../python", opt=3)
