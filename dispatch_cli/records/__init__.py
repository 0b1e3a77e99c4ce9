"""Read files of records in bounded memory, and write results and rejects without loss."""
