"""The objects of the API as they are answered (contract, sections 4, 6 and 9), a file per subject."""
