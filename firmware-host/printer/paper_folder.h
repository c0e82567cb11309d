/* Pieces of paper as files: one PNG each, and one line of JSON each in paper.log. */
#ifndef FIRMWARE_HOST_PAPER_FOLDER_H
#define FIRMWARE_HOST_PAPER_FOLDER_H

#include "base/err.h"
#include "printer.h"

struct paper_folder;

/* Makes the folder if it is not there. ERR_SYSTEM leaves the reason in errno. */
MUST_USE err paper_folder_open(const char *path, struct paper_folder **out);
void paper_folder_close(struct paper_folder *f);
MUST_USE err paper_folder_add(struct paper_folder *f, const struct firmware_cut *piece, int64_t wall_us);

#endif
