# manifest.py - the Python modules of this repository, for the manifest of a board:
#
#   include("/path/to/ussl/manifest.py")
module("ssl_asyncio.py", base_path="python", opt=3)
