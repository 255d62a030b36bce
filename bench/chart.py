# SPDX-License-Identifier: MIT
#
# chart.py - the ratios of the table as bars: stock MicroPython is the line at 1.
WIDTH, LEFT, BAR, TOP = 980, 440, 18, 60
SCALE = 300  # pixels of a ratio of 1


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def write(path, rows):
    less_is_better = "instructions", "instructions/KB", "bytes", "KB"
    shown = [(r.what, float(r.ratio)) for r in rows if r.ratio != "-" and r.unit in less_is_better]
    height = TOP + BAR * len(shown) + 30
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">' % (WIDTH, height),
           '<rect width="100%" height="100%" fill="#fff"/>',
           '<text x="12" y="24" font-size="16">ussl against stock MicroPython: shorter is better</text>',
           '<text x="12" y="42" fill="#666">ratio of one run; the line is stock (for "against our full": a full handshake)</text>']
    for i, (name, ratio) in enumerate(shown):
        y = TOP + BAR * i
        out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (LEFT - 8, y + 12, escape(name)))
        out.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (
            LEFT, y + 2, max(ratio * SCALE, 1), BAR - 5, "#2a7f62" if ratio <= 1 else "#b5651d"))
        out.append('<text x="%.1f" y="%d">%.2f</text>' % (LEFT + ratio * SCALE + 4, y + 12, ratio))
    x = LEFT + SCALE
    out.append('<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#444" stroke-dasharray="3 3"/></svg>' % (x, TOP - 6, x, height - 20))
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")
