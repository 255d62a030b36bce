# SPDX-License-Identifier: MIT
#
# chart.py - the table's answers to the questions of someone with a device, as one picture: stock MicroPython grey, ussl
# in color.
WIDTH, LEFT, BAR, ROW, TOP = 940, 430, 17, 62, 56
LONGEST = 370  # pixels of the longest bar of a row
STOCK, OURS, TEXT, FAINT = "#a8adb3", "#1f8a5b", "#1d2126", "#5b626a"

# The question, what the bars are, the row of the table, what its number is divided by, and how it is written.
QUESTIONS = (
    ("Does it connect when the heap is in pieces?", "handshakes that succeed in holes of 4 KB; more is better",
     "handshakes that succeed in a heap with holes of 4 KB, reserved", 1, "%.0f %%"),
    ("How long does it take?", "million instructions of a client's handshake, P-256, Cortex-M3", "TLS 1.2 P-256 handshake, client", 1e6, "%.1f"),
    ("How much memory does it hold?", "KB of heap for an idle connection", "heap of an idle connection, TLS 1.2, mean", 1024, "%.1f"),
    ("How much must be free to connect?", "KB, both ends on one board", "least heap in which a handshake works, both ends, TLS 1.2", 1, "%.0f"),
    ("Is the server verified?", "bad servers that requests accepts, of six", "bad servers that requests fetches a page from, of six", 1, "%.0f"),
)


def bar(y, value, most, color, name, shown):
    length = max(value / most * LONGEST, 2)
    return ['<rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>' % (LEFT, y, length, BAR - 3, color),
            '<text x="%.1f" y="%d" font-size="12" fill="%s">%s %s</text>' % (LEFT + length + 7, y + 11, TEXT, name, shown)]


def write(path, rows):
    found = {row.what: row for row in rows}
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif">'
           % (WIDTH, TOP + ROW * len(QUESTIONS) + 10),
           "<title>ussl beside stock MicroPython</title>", '<rect width="100%" height="100%" fill="#fff"/>',
           '<text x="16" y="30" font-size="18" font-weight="600" fill="%s">TLS on a microcontroller: stock MicroPython and ussl</text>' % TEXT]
    for i, (question, unit, what, divisor, form) in enumerate(QUESTIONS):
        row, y = found[what], TOP + ROW * i
        stock, ours = float(row.stock) / divisor, float(row.ours) / divisor
        most = max(stock, ours) or 1
        out += ['<text x="16" y="%d" font-size="14" font-weight="600" fill="%s">%s</text>' % (y + 14, TEXT, question),
                '<text x="16" y="%d" font-size="11.5" fill="%s">%s</text>' % (y + 31, FAINT, unit)]
        out += bar(y + 2, stock, most, STOCK, "stock", form % stock) + bar(y + 2 + BAR, ours, most, OURS, "ussl", form % ours)
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n</svg>\n")
