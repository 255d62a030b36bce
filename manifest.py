# manifest.py - freezes the Python modules of this repository. The manifest of a board includes it:
#
#   include("/path/to/ussl/manifest.py")
module("ssl_asyncio.py", base_path="python", opt=3)
