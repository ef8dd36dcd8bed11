"""Where Spark cuts a file, and how many lines end before each cut: from this every task knows its line numbers."""


class Blocks:
    """Line ends before each multiple of the block size, counted while the bytes pass.

    skipped: bytes at the beginning that are not shown here (a byte order mark).
    """

    def __init__(self, size: int, skipped: int = 0) -> None:
        self.size, self.offset, self.newlines, self.before = size, skipped, 0, [0]

    def add(self, chunk: bytes) -> None:
        """Take the next bytes of the file."""
        start, end = 0, self.size * len(self.before) - self.offset
        while end <= len(chunk):
            self.newlines += chunk.count(b"\n", start, max(end, 0))
            self.before.append(self.newlines)
            start, end = max(end, 0), end + self.size
        self.newlines += chunk.count(b"\n", start)
        self.offset += len(chunk)
