"""Products in files: read CSV and XLSX in the background, tell row by row what was wrong, write them again."""
