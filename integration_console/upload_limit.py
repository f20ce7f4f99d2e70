"""What is uploaded is no larger than the largest file that any page takes.

The rest of a larger one is read and forgotten, so that no disk fills up and the page can say so.
"""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from imports.file_sheet import LARGEST
from imports.from_file.forms import TOO_LARGE


class Limited(FileUploadHandler):
    """Ends an upload that is too large, and notes that in the request's META."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Passes the piece on, while there are not too many."""
        self.seen += len(raw_data)
        if self.seen > LARGEST:
            assert self.request is not None
            self.request.META[TOO_LARGE] = "1"
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Others keep the file."""
