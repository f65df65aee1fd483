"""Coachings made of another product's export: Dify's annotations, and the coachings that Ada says were used.

| word | file |
|---|---|
| record: one coaching as another product exports it, and where it stands in the file | `record` |
| records: those of a file or a folder, and of which product they are | `reader` |
| text file: its size, its encoding | `text_file` |
| CSV rows, JSON rows: with their line; one that cannot be read harms no other | `csv_rows`, `json_rows` |
| Dify: annotations, a question and the answer to it | `dify`, `headings` |
| Ada: coachings that were used in conversations | `ada`, `ada_behavior` |
| merge: what was changed there, in the store, or in both | `merge_record` |
| importer: into the store | `importer` |
"""

__all__: list[str] = []
