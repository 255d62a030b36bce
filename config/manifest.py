# What the unix build of this repository freezes: asyncio as it is, and the modules of python/.
include("$(MPY_DIR)/extmod/asyncio")
include("../manifest.py")
module("ussl_explain.py", base_path="../python", opt=3)
