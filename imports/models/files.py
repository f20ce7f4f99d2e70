"""Files of values that Clever does not carry, staged until they are imported (C27)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from schools.models import District


class PeopleFile(models.Model):
    """A CSV file that somebody uploaded. Its lines stand in `FileLine` until `purged_at`.

    `lines` counts them without the header. `columns` are its headings; those of `left_out` speak
    of what never enters this console (B04), and their cells were not kept.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="people_files")
    name = models.CharField(max_length=255)
    uploaded_by = models.CharField(max_length=254)
    uploaded_at = models.DateTimeField(db_default=Now())
    size = models.PositiveIntegerField()
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    columns = ArrayField(models.TextField())
    left_out = ArrayField(models.TextField(), default=list)
    lines = models.PositiveIntegerField(default=0)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["district", "-id"], name="people_file_newest")]

    def __str__(self) -> str:
        return self.name


class FileLine(models.Model):
    """One line of a file: the number that an editor shows, and its cells, cleaned."""

    file = models.ForeignKey(PeopleFile, models.CASCADE, related_name="file_lines", db_index=False)
    number = models.PositiveIntegerField()
    cells = ArrayField(models.TextField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="file_line_number")]

    def __str__(self) -> str:
        return f"line {self.number}"
