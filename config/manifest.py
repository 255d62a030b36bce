# What our unix build freezes: asyncio as it is, nothing else.
include("$(MPY_DIR)/extmod/asyncio")
include("../manifest.py")
