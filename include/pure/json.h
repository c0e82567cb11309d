/* Values as JSON, with the field names that the command line and the API promise. The caller owns the result. */
#ifndef PURE_JSON_H
#define PURE_JSON_H

#include "pure/escpos.h"
#include "pure/receipt.h"

#include <cjson/cJSON.h>

cJSON *receipt_to_json(const struct receipt *r);
/* {"job":1,"bytes":[from,to],"dialect":...,"lines":[...],"codes":[...],"images":[...],"cut":...,"drawer":...,"receipts":[...]};
 * card numbers in the lines are masked. */
cJSON *job_to_json(unsigned number, const struct print_job *job, const struct receipts *receipts);

#endif
