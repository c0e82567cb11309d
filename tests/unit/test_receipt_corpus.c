/* Receipts made by software that is not ours, with what they mean beside them: TILLSIDE_CORPUS names the folder. */
#include "unit.h"

#include "base/mem.h"
#include "pure/json.h"
#include "pure/receipt.h"
#include "tests/unit/receipt_paper.h"

#include <glob.h>

enum { SKIPPED = 77, FIELDS = 6 };

static const char *const FIELD_NAMES[FIELDS] = {
    "kind", "total_minor", "subtotal_minor", "tax_minor", "currency", "change_minor"
};

struct tally {
    unsigned right[FIELDS], all[FIELDS], items_right, items_all, extra_items;
};

static const char *corpus(void)
{
    const char *named = getenv("TILLSIDE_CORPUS");
    return named ? named : SOURCE_FOLDER "/../shared/corpus";
}

static bool is_same_item(const cJSON *wanted, const struct receipt_item *got)
{
    double quantity = cJSON_GetNumberValue(cJSON_GetObjectItem(wanted, "qty"));
    double amount = cJSON_GetNumberValue(cJSON_GetObjectItem(wanted, "amount_minor"));
    return quantity == got->quantity && got->amount.is_known && amount == (double)got->amount.minor;
}

static void count_items(const cJSON *wanted, const struct receipt *got, struct tally *t)
{
    size_t next = 0, matched = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, wanted)
    {
        size_t at = next;
        while (at < got->item_count && !is_same_item(item, &got->items[at])) {
            at++;
        }
        matched += at < got->item_count;
        next = at < got->item_count ? at + 1 : next;
    }
    t->items_right += (unsigned)matched;
    t->items_all += (unsigned)cJSON_GetArraySize(wanted);
    t->extra_items += (unsigned)(got->item_count - matched);
}

static void count_receipt(const cJSON *wanted, const struct receipt *got, struct tally *t)
{
    cJSON *json = receipt_to_json(got);
    for (int i = 0; i < FIELDS; i++) {
        const cJSON *a = cJSON_GetObjectItem(wanted, FIELD_NAMES[i]), *b = cJSON_GetObjectItem(json, FIELD_NAMES[i]);
        if (a != NULL && !cJSON_IsNull(a)) {
            t->all[i]++;
            t->right[i] += cJSON_Compare(a, b, true);
        }
    }
    count_items(cJSON_GetObjectItem(wanted, "items"), got, t);
    cJSON_Delete(json);
}

static void count_paper(const char *text_path, struct tally *t)
{
    char *stem = mem_text_n(text_path, strlen(text_path) - strlen(".txt"));
    char *truth_path = mem_format("%s.json", stem);
    char *json = read_whole(truth_path);
    cJSON *truth = json ? cJSON_Parse(json) : NULL;
    const cJSON *wanted = cJSON_GetObjectItem(truth, "receipts");
    struct text_paper paper;
    struct receipts got;
    text_paper_of(&paper, read_whole(text_path), true);
    assert_int_equal(receipts_read(&paper.job, &got), OK);
    for (int i = 0; truth != NULL && i < cJSON_GetArraySize(wanted); i++) {
        static const struct receipt NOTHING;
        count_receipt(cJSON_GetArrayItem(wanted, i), (size_t)i < got.count ? &got.at[i] : &NOTHING, t);
    }
    receipts_clear(&got);
    text_paper_clear(&paper);
    cJSON_Delete(truth);
    mem_free(json);
    mem_free(truth_path);
    mem_free(stem);
}

static void papers_of_other_software_are_read(void **state)
{
    const glob_t *found = *state;
    struct tally t = { 0 };
    for (size_t i = 0; i < found->gl_pathc; i++) {
        count_paper(found->gl_pathv[i], &t);
    }
    for (int i = 0; i < FIELDS; i++) {
        print_message("%-16s %u of %u\n", FIELD_NAMES[i], t.right[i], t.all[i]);
        assert_true(t.right[i] * 100 >= t.all[i] * 95);
    }
    print_message("%-16s %u of %u, %u too many\n", "items", t.items_right, t.items_all, t.extra_items);
    assert_true(t.items_right * 100 >= t.items_all * 95);
    assert_true(t.extra_items * 100 <= t.items_all * 2);
}

int main(void)
{
    static glob_t found;
    char *pattern = mem_format("%s/receipts/*.txt", corpus());
    bool is_there = glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 1;
    mem_free(pattern);
    if (!is_there) {
        puts("skipped: TILLSIDE_CORPUS names no folder with receipts/*.txt");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = { cmocka_unit_test_prestate(papers_of_other_software_are_read, &found) };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    globfree(&found);
    return failed;
}
