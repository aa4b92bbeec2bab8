"""Pictures of what residents propose: flat landscapes that are drawn when they are needed, in the colours of the pages.

A scene is 96 units wide and 60 high. It is drawn at twice its size and made smaller, which rounds the edges.
"""

from io import BytesIO

from PIL import Image, ImageDraw

WIDE, HIGH, UNIT = 96, 60, 20

DAY, EVENING, NIGHT = "#e4eee6", "#f3e2bd", "#0e2c25"
PAPER, SAGE, LEAF, GREEN, BAND = "#f7f4ec", "#a9c7b3", "#5f9178", "#1d5a4c", "#17453b"
GOLD, SUN, BRICK, WATER, STONE = "#b9812a", "#e8c06a", "#9a3324", "#9cc3c0", "#cfc8b6"


class Scene:
    """A sheet with a sky, on which shapes are laid one over the other."""

    def __init__(self, sky: str) -> None:
        self._image = Image.new("RGB", (WIDE * UNIT, HIGH * UNIT), sky)
        self._draw = ImageDraw.Draw(self._image)

    def shape(self, colour: str, *corners: tuple[float, float]) -> None:
        """A polygon."""
        self._draw.polygon([(x * UNIT, y * UNIT) for x, y in corners], colour)

    def bar(self, colour: str, x: float, y: float, wide: float, high: float) -> None:
        """A rectangle by its upper left corner."""
        self.shape(colour, (x, y), (x + wide, y), (x + wide, y + high), (x, y + high))

    def disc(self, colour: str, x: float, y: float, across: float, up: float = 0) -> None:
        """An ellipse by its middle and its radii; a circle with one of them."""
        up = up or across
        self._draw.ellipse([each * UNIT for each in (x - across, y - up, x + across, y + up)], colour)

    def hills(self, far: str, near: str) -> None:
        """Two hills, and the ground before them."""
        self.disc(far, 24, 72, 52, 42)
        self.disc(far, 82, 70, 40, 32)
        self.disc(near, 60, 98, 110, 56)

    def houses(self, x: float, y: float, walls: str, roof: str, windows: str) -> None:
        """Three houses side by side, the roofs of the masthead; ``y`` is where they stand."""
        for at, high in enumerate((13, 17, 12)):
            left = x + 11 * at
            self.bar(walls, left, y - high, 11, high)
            self.shape(roof, (left - 0.6, y - high), (left + 5.5, y - high - 6), (left + 11.6, y - high))
            for across, down in ((2.5, 3), (6.5, 3), (2.5, 8), (6.5, 8)):
                self.bar(windows, left + across, y - high + down, 2, 2.6)

    def tree(self, x: float, y: float, crown: str = GREEN) -> None:
        """A round tree that stands at this place."""
        self.bar(BAND, x - 0.5, y - 8, 1, 8)
        self.disc(crown, x, y - 11, 5, 6)

    def png(self) -> bytes:
        """The picture as a file."""
        written = BytesIO()
        self._image.reduce(2).save(written, "PNG", compress_level=1)
        return written.getvalue()


def _lamps() -> Scene:
    """A path at night."""
    scene = Scene(NIGHT)
    scene.disc(SUN, 80, 11, 5)
    scene.disc(NIGHT, 77.5, 9.5, 5)
    scene.hills("#16443a", "#12382f")
    scene.houses(54, 40, "#0b231d", "#071a15", SUN)
    scene.shape(STONE, (20, 60), (66, 60), (44, 42), (40, 42))
    for x, y, high in ((12, 58, 12), (24, 51, 8.5), (32, 46.5, 6)):
        scene.disc("#8a7135", x + high / 2, y, high * 0.9, high / 6)
        scene.bar("#071a15", x, y - high, high / 14, high)
        scene.disc(SUN, x + high / 28, y - high, high / 7)
    return scene


def _beds() -> Scene:
    """Boxes of plants before the houses."""
    scene = Scene(DAY)
    scene.disc(SUN, 16, 14, 6)
    scene.hills(SAGE, LEAF)
    scene.houses(52, 43, PAPER, BRICK, GREEN)
    scene.tree(43, 43)
    for x, y in ((6, 46), (36, 49), (66, 46)):
        for plant in range(5):
            scene.disc(GREEN if plant % 2 else SAGE, x + 3.2 + 4.4 * plant, y - 1, 2.4, 3.4)
        scene.disc(BRICK, x + 7.6, y - 2, 1)
        scene.disc(SUN, x + 16.4, y - 2.4, 1)
        scene.bar(GOLD, x, y, 24, 7)
        scene.bar("#8f6320", x, y + 3.2, 24, 0.6)
    return scene


def _pond() -> Scene:
    """A table and a grill by the water, in the evening."""
    scene = Scene(EVENING)
    scene.disc("#dd9a4a", 66, 25, 8)
    scene.hills(SAGE, LEAF)
    scene.disc(WATER, 62, 45, 33, 6)
    scene.bar("#e9c583", 58, 42, 16, 0.8)
    scene.bar("#e9c583", 61, 44.6, 10, 0.8)
    scene.tree(8, 46)
    scene.tree(17, 44, BAND)
    scene.bar(BAND, 28, 46, 18, 1.6)
    scene.shape(BAND, (31, 47), (32.4, 47), (29.8, 55), (28.4, 55))
    scene.shape(BAND, (41.6, 47), (43, 47), (45.6, 55), (44.2, 55))
    scene.bar(BAND, 25, 50.4, 24, 1.2)
    scene.shape("#1c2722", (68, 49), (80, 49), (77, 53), (71, 53))
    scene.bar("#1c2722", 71.5, 53, 0.8, 5)
    scene.bar("#1c2722", 75.7, 53, 0.8, 5)
    for x, y, size in ((74, 45, 1.5), (75.6, 41, 2), (73.8, 36, 2.6)):
        scene.disc(PAPER, x, y, size)
    return scene


def _benches() -> Scene:
    """Two benches by the bay."""
    scene = Scene(DAY)
    scene.disc(SUN, 78, 13, 6)
    scene.disc(SAGE, 20, 52, 40, 26)
    scene.disc(LEAF, 92, 50, 30, 18)
    scene.bar(WATER, 0, 36, 96, 24)
    scene.shape(PAPER, (48, 22), (48, 35), (58, 35))
    scene.shape(GOLD, (44, 36), (60, 36), (57, 39), (46, 39))
    scene.shape(LEAF, (0, 47), (96, 44), (96, 60), (0, 60))
    scene.shape(STONE, (0, 55.5), (96, 52.5), (96, 60), (0, 60))
    for x in (10, 58):
        for down in (0, 2.6, 6.2):
            scene.bar(GOLD, x, 40 + down, 26, 1.7)
        for leg in (2, 22.6):
            scene.bar(BAND, x + leg, 39.4, 1.4, 13.6)
    return scene


def _film() -> Scene:
    """A bright screen before dark houses."""
    scene = Scene(NIGHT)
    for x, y in ((8, 8), (30, 5), (60, 9), (86, 6), (72, 15), (16, 18)):
        scene.disc(PAPER, x, y, 0.4)
    scene.houses(-2, 44, "#16443a", "#0b231d", SUN)
    scene.houses(66, 44, "#16443a", "#0b231d", SUN)
    scene.bar("#12382f", 0, 44, 96, 16)
    scene.bar(BAND, 29, 18, 38, 25)
    scene.bar(PAPER, 30, 19, 36, 21)
    scene.disc(SUN, 56, 25, 3.4)
    scene.shape(SAGE, (30, 40), (42, 28), (54, 40))
    scene.shape(LEAF, (44, 40), (55, 31), (66, 40))
    for x in (14, 25, 34, 48, 57, 70, 80):
        scene.disc("#071a15", x, 51 + x % 3 * 0.7, 2)
        scene.disc("#071a15", x, 60, 4, 6)
    return scene


def _court() -> Scene:
    """A basket and the lines of the court."""
    scene = Scene(DAY)
    scene.hills(SAGE, LEAF)
    scene.houses(4, 40, PAPER, GREEN, GOLD)
    scene.shape("#c9794a", (0, 44), (96, 40), (96, 60), (0, 60))
    scene.disc(PAPER, 46, 54, 24, 5)
    scene.disc("#c9794a", 46, 54, 22.8, 4.2)
    scene.bar(BAND, 76, 14, 1.8, 36)
    scene.bar(BAND, 68, 16, 9, 1.4)
    scene.bar(PAPER, 60, 8, 3, 16)
    scene.bar(BAND, 63, 8, 1, 16)
    scene.bar(BAND, 63, 16, 6, 1.4)
    scene.bar(BRICK, 50, 21, 10, 1.2)
    for strand in range(5):
        scene.shape(PAPER, *((50.4 + 2.2 * strand + move, y) for move, y in ((0, 22), (0.6, 22))), (54.6, 30), (54, 30))
    scene.disc(GOLD, 42, 14, 4)
    scene.bar("#8f6320", 38, 13.7, 8, 0.6)
    return scene


def _birds() -> Scene:
    """A nesting box on a birch."""
    scene = Scene(DAY)
    scene.disc(SUN, 80, 12, 6)
    scene.hills(SAGE, LEAF)
    scene.houses(56, 44, PAPER, BRICK, GREEN)
    scene.bar(PAPER, 24, 0, 9, 56)
    for x, y, wide in ((24, 5, 4), (29, 12, 4), (24, 41, 5), (28, 48, 5), (24, 53, 3)):
        scene.bar(BAND, x, y, wide, 0.9)
    for x, y, size in ((14, 4, 12), (30, 0, 13), (44, 5, 9)):
        scene.disc(GREEN, x, y, size, size * 0.7)
    scene.bar(GOLD, 21, 20, 15, 17)
    scene.shape(BAND, (18.5, 20), (28.5, 13.5), (38.5, 20))
    scene.disc(BAND, 28.5, 26, 2.4)
    scene.bar(BAND, 27.9, 30.4, 5, 0.8)
    scene.disc(BRICK, 44, 27, 2.6, 2)
    scene.disc(BRICK, 46.4, 25.6, 1.4)
    scene.shape(SUN, (47.5, 25.2), (49.2, 25.8), (47.5, 26.2))
    scene.shape(BAND, (42.6, 26.6), (38.6, 29.4), (43.6, 28.4))
    return scene


_SCENES = {
    "lamps": _lamps,
    "beds": _beds,
    "pond": _pond,
    "benches": _benches,
    "film": _film,
    "court": _court,
    "birds": _birds,
}


def picture(name: str) -> bytes:
    """A scene by its name, as a PNG."""
    return _SCENES[name]().png()
