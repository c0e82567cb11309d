#include "unit.h"

#include "base/mem.h"
#include "pure/json.h"
#include "pure/receipt.h"
#include "tests/unit/receipt_paper.h"

#include <glob.h>

static const char GOLDEN[] = TESTS_FOLDER "/golden/receipt/";

/* --- masking ------------------------------------------------------------------------------------------------------- */

static void assert_masked(const char *text, const char *wanted, unsigned cards)
{
    char *copy = mem_text(text);
    assert_int_equal(receipt_mask_cards(copy), cards);
    assert_string_equal(copy, wanted);
    mem_free(copy);
}

static void a_card_number_keeps_its_last_four_digits_and_its_length(void **state)
{
    (void)state;
    assert_masked("4111111111111111", "************1111", 1);
    assert_masked("4222222222222", "*********2222", 1);
    assert_masked("PAN:4111 1111 1111 1111 ok", "PAN:**** **** **** 1111 ok", 1);
    assert_masked("card5500-0055-5555-5559x", "card****-****-****-5559x", 1);
    assert_masked("Amex 3782 822463 10005", "Amex **** ****** *0005", 1);
    assert_masked("6304 0000 0000 0000 00 Maestro 4111111111111111", "**** **** **** **00 00 Maestro ************1111", 2);
    assert_masked("4111\xC2\xA0"
                  "1111\xC2\xA0"
                  "1111\xC2\xA0"
                  "1111",
                  "****\xC2\xA0****\xC2\xA0****\xC2\xA0"
                  "1111",
                  1);
}

static void numbers_that_are_no_cards_stay_as_they_are(void **state)
{
    (void)state;
    static const char *const PLAIN[] = {
        "4111111111111112",        /* wrong check digit */
        "4006381000598",           /* a German EAN-13 that passes Luhn by chance */
        "5901234000598",           /* a Polish one that does, too */
        "9780201379624",           /* ISBN */
        "123456789012",            /* too short */
        "41111111111111111111111", /* too long to be one number */
        "12.50 4.20 3.10",
        "",
    };
    for (size_t i = 0; i < sizeof PLAIN / sizeof PLAIN[0]; i++) {
        assert_masked(PLAIN[i], PLAIN[i], 0);
    }
}

/* --- golden papers --------------------------------------------------------------------------------------------------- */

static void complain(const char *name, const char *field, const cJSON *wanted, const cJSON *got)
{
    char *a = wanted ? cJSON_PrintUnformatted(wanted) : mem_text("absent");
    char *b = got ? cJSON_PrintUnformatted(got) : mem_text("absent");
    print_error("%s: %s\n  wanted %s\n  got    %s\n", name, field, a, b);
    cJSON_free(a);
    cJSON_free(b);
}

static bool is_nothing(const cJSON *value)
{
    return value == NULL || cJSON_IsNull(value) || (cJSON_IsArray(value) && cJSON_GetArraySize(value) == 0);
}

/* An amount that a kitchen's line does not have is null in one and absent in the other. */
static bool is_same_value(const cJSON *wanted, const cJSON *got)
{
    if (is_nothing(wanted) || is_nothing(got)) {
        return is_nothing(wanted) && is_nothing(got);
    }
    if (!cJSON_IsArray(wanted)) {
        return cJSON_Compare(wanted, got, true);
    }
    int count = cJSON_GetArraySize(wanted);
    bool is_same = count == cJSON_GetArraySize(got);
    for (int i = 0; is_same && i < count; i++) {
        static const char *const PARTS[] = { "qty", "description", "amount_minor", "kind", "label", "type" };
        const cJSON *a = cJSON_GetArrayItem(wanted, i), *b = cJSON_GetArrayItem(got, i);
        for (size_t p = 0; p < sizeof PARTS / sizeof PARTS[0]; p++) {
            is_same = is_same && is_same_value(cJSON_GetObjectItem(a, PARTS[p]), cJSON_GetObjectItem(b, PARTS[p]));
        }
    }
    return is_same;
}

static unsigned compare_receipt(const char *name, const cJSON *wanted, const cJSON *got)
{
    static const char *const FIELDS[] = { "kind",           "store",     "receipt_no",  "datetime",    "items",
                                          "subtotal_minor", "tax_minor", "taxes",       "total_minor", "currency",
                                          "decimals",       "tender",    "change_minor" };
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        const cJSON *a = cJSON_GetObjectItem(wanted, FIELDS[i]), *b = cJSON_GetObjectItem(got, FIELDS[i]);
        if (!is_same_value(a, b)) {
            complain(name, FIELDS[i], a, b);
            wrong++;
        }
    }
    return wrong;
}

static unsigned compare_paper(const char *text_path)
{
    char *stem = mem_text_n(text_path, strlen(text_path) - strlen(".txt"));
    char *expected_path = mem_format("%s.expected.json", stem);
    char *json = read_whole(expected_path);
    cJSON *expected = cJSON_Parse(json ? json : "");
    struct text_paper paper;
    struct receipts receipts;
    text_paper_of(&paper, read_whole(text_path), cJSON_IsTrue(cJSON_GetObjectItem(expected, "cut")));
    assert_int_equal(receipts_read(&paper.job, &receipts), OK);

    const cJSON *wanted = cJSON_GetObjectItem(expected, "receipts");
    unsigned wrong = !cJSON_IsArray(wanted) || (size_t)cJSON_GetArraySize(wanted) != receipts.count;
    if (wrong) {
        print_error("%s: %zu receipts read\n", text_path, receipts.count);
    }
    for (int i = 0; !wrong && i < cJSON_GetArraySize(wanted); i++) {
        cJSON *got = receipt_to_json(&receipts.at[i]);
        wrong += compare_receipt(text_path, cJSON_GetArrayItem(wanted, i), got);
        cJSON_Delete(got);
    }
    receipts_clear(&receipts);
    text_paper_clear(&paper);
    cJSON_Delete(expected);
    mem_free(json);
    mem_free(expected_path);
    mem_free(stem);
    return wrong;
}

static void every_golden_paper_is_read_as_it_says(void **state)
{
    (void)state;
    glob_t found;
    char *pattern = mem_format("%s*.txt", GOLDEN);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 40);
    unsigned wrong = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        wrong += compare_paper(found.gl_pathv[i]);
    }
    globfree(&found);
    mem_free(pattern);
    assert_int_equal(wrong, 0);
}

/* --- confidence, copies, limits --------------------------------------------------------------------------------------- */

static void read_text(const char *text, bool is_cut, struct receipts *out)
{
    struct text_paper paper;
    text_paper_of(&paper, mem_text(text), is_cut);
    assert_int_equal(receipts_read(&paper.job, out), OK);
    text_paper_clear(&paper);
}

static double confidence_of(const char *text)
{
    struct receipts r;
    read_text(text, true, &r);
    assert_int_equal(r.count, 1);
    double confidence = r.at[0].confidence;
    receipts_clear(&r);
    return confidence;
}

static void sums_that_disagree_lower_the_confidence(void **state)
{
    (void)state;
    double sure = confidence_of("Shop\nTea   2.00\nCake   3.00\nTOTAL   5.00\nCash   10.00\nChange   5.00\n");
    double unsure = confidence_of("Shop\nTea   2.00\nCake   3.00\nTOTAL   6.70\nCash   10.00\nChange   5.00\n");
    assert_true(sure > 0.9);
    assert_true(unsure < 0.5);
}

static uint64_t fingerprint_of(const char *text)
{
    struct receipts r;
    read_text(text, true, &r);
    assert_int_equal(r.count, 1);
    uint64_t fingerprint = receipt_fingerprint(&r.at[0]);
    receipts_clear(&r);
    return fingerprint;
}

static const char SALE[] =
    "Corner Deli\nReceipt: 17\n02/03/2026 10:00\nTea      2.00\nCake      3.00\nTOTAL      5.00\nCash      5.00\n";

static void a_reprint_is_the_same_purchase(void **state)
{
    (void)state;
    uint64_t first = fingerprint_of(SALE);
    assert_true(first ==
                fingerprint_of("*** DUPLICATE ***\nCorner Deli\nReceipt: 17\n02/03/2026 10:00\nTea      2.00\nCake      3.00\n"
                               "TOTAL      5.00\nCash      5.00\nReprinted 02/03/2026 10:30\n"));
    assert_true(first == fingerprint_of("Corner Deli\nCOPY\nReceipt: 17\n02/03/2026 10:00\n Tea       2.00\n Cake       3.00\n"
                                        "TOTAL       5.00\nCash      5.00\n"));
}

static void another_purchase_is_another_fingerprint(void **state)
{
    (void)state;
    uint64_t first = fingerprint_of(SALE);
    assert_true(
        first !=
        fingerprint_of(
            "Corner Deli\nReceipt: 18\n02/03/2026 10:00\nTea      2.00\nCake      3.00\nTOTAL      5.00\nCash      5.00\n"));
    assert_true(
        first !=
        fingerprint_of(
            "Corner Deli\nReceipt: 17\n03/03/2026 10:00\nTea      2.00\nCake      3.00\nTOTAL      5.00\nCash      5.00\n"));
    assert_true(
        first !=
        fingerprint_of(
            "Corner Deli\nReceipt: 17\n02/03/2026 10:00\nTea      2.50\nCake      2.50\nTOTAL      5.00\nCash      5.00\n"));
}

static void card_numbers_are_masked_wherever_they_stand_in_a_receipt(void **state)
{
    (void)state;
    struct receipts r;
    read_text(
        "Shop\nReceipt 4111111111111111\nTopup 5555 5555 5555 4444    5.00\nTOTAL    5.00\nVISA 4111-1111-1111-1111    5.00\n",
        true, &r);
    assert_int_equal(r.count, 1);
    assert_string_equal(r.at[0].number, "************1111");
    assert_string_equal(r.at[0].items[0].description, "Topup **** **** **** 4444");
    assert_string_equal(r.at[0].tenders[0].label, "VISA ****-****-****-1111");
    receipts_clear(&r);
}

static void an_empty_job_is_no_receipt(void **state)
{
    (void)state;
    struct print_job job = { 0 };
    struct receipts r;
    assert_int_equal(receipts_read(&job, &r), OK);
    assert_int_equal(r.count, 0);
    receipts_clear(&r);
    receipts_clear(&r);
}

static void a_paper_of_ten_thousand_lines_is_read_up_to_the_ceiling(void **state)
{
    (void)state;
    enum { LINES = 10000 };
    char *text = mem_new(LINES * 32), *at = text;
    for (int i = 0; i < LINES; i++) {
        at += snprintf(at, 32, "Total %d x 1.00     %d.00\n", i % 90 + 1, i % 90 + 1);
    }
    struct receipts r;
    read_text(text, true, &r);
    receipts_clear(&r);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_number_keeps_its_last_four_digits_and_its_length),
        cmocka_unit_test(numbers_that_are_no_cards_stay_as_they_are),
        cmocka_unit_test(every_golden_paper_is_read_as_it_says),
        cmocka_unit_test(sums_that_disagree_lower_the_confidence),
        cmocka_unit_test(a_reprint_is_the_same_purchase),
        cmocka_unit_test(another_purchase_is_another_fingerprint),
        cmocka_unit_test(card_numbers_are_masked_wherever_they_stand_in_a_receipt),
        cmocka_unit_test(an_empty_job_is_no_receipt),
        cmocka_unit_test(a_paper_of_ten_thousand_lines_is_read_up_to_the_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
