"""Small PNGs: a screenshot has few colours that matter, so 256 of them are enough.

The browser that took it finds them; what is left to do here is to write the file.
"""

import struct
import zlib
from base64 import b64decode, b64encode

from playwright.sync_api import Browser

# The most frequent colours stay as they are; each other becomes the nearest of them.
REDUCE = """async (png) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    const {width, height} = image;
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const pixels = new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
    const colours = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
    const parts = colour => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
    const kept = colours.slice(0, 256).map(parts);
    const places = new Map();
    colours.forEach((colour, number) => {
        let best = Math.min(number, 255);
        if (number > 255) {
            const mine = parts(colour);
            let least = Infinity;
            kept.forEach((other, place) => {
                const far = mine.reduce((sum, part, i) => sum + (part - other[i]) ** 2, 0);
                if (far < least) [least, best] = [far, place];
            });
        }
        places.set(colour, best);
    });
    const found = Uint8Array.from(pixels, pixel => places.get(pixel));
    let text = '';
    for (let i = 0; i < found.length; i += 32768)
        text += String.fromCharCode(...found.subarray(i, i + 32768));
    return {width, height, palette: kept.flat(), rows: btoa(text)};
}"""


def squeezed(browser: Browser, png: bytes) -> bytes:
    """The same picture as a PNG with at most 256 colours."""
    page = browser.new_page()
    found = page.evaluate(REDUCE, b64encode(png).decode())
    page.close()
    width, height, rows = found["width"], found["height"], b64decode(found["rows"])
    lines = b"".join(b"\0" + rows[y * width : (y + 1) * width] for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", bytes(found["palette"])),
            chunk(b"IDAT", zlib.compress(lines, 9)),
            chunk(b"IEND", b""),
        )
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
