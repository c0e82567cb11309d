#include "unit.h"

#include "pure/json.h"

#include <string.h>

static void check_json(cJSON *json, const char *expected)
{
    char *text = cJSON_PrintUnformatted(json);
    assert_string_equal(text, expected);
    cJSON_free(text);
    cJSON_Delete(json);
}

static void a_receipt_says_what_is_known_and_null_for_the_rest(void **state)
{
    (void)state;
    struct receipt_item items[] = {
        { 2, "Tea", { 500, true }, NULL },
        { 0.5, "Loyalty", { -50, true }, "discount" },
        { 1, NULL, { 0, false }, NULL },
    };
    struct receipt_tax taxes[] = { { "VAT 20%", { 75, true } } };
    struct receipt_tender tenders[] = { { "cash", "CASH", { 500, true } } };
    const struct receipt r = {
        .kind = RECEIPT_SALE,
        .store = "Corner \"Shop\"",
        .datetime = "2026-07-04T16:05:12",
        .currency = "GBP",
        .decimals = 2,
        .tax = { 75, true },
        .total = { 450, true },
        .change = { 0, true },
        .items = items,
        .taxes = taxes,
        .tenders = tenders,
        .item_count = 3,
        .tax_count = 1,
        .tender_count = 1,
        .confidence = 0.876,
    };
    check_json(receipt_to_json(&r),
               "{\"kind\":\"sale\",\"store\":\"Corner \\\"Shop\\\"\",\"receipt_no\":null,\"datetime\":\"2026-07-04T16:05:12\","
               "\"items\":[{\"qty\":2,\"description\":\"Tea\",\"amount_minor\":500},"
               "{\"qty\":0.5,\"description\":\"Loyalty\",\"amount_minor\":-50,\"kind\":\"discount\"},"
               "{\"qty\":1,\"description\":null,\"amount_minor\":null}],"
               "\"taxes\":[{\"label\":\"VAT 20%\",\"amount_minor\":75}],"
               "\"tender\":[{\"type\":\"cash\",\"label\":\"CASH\",\"amount_minor\":500}],"
               "\"subtotal_minor\":null,\"tax_minor\":75,\"total_minor\":450,\"currency\":\"GBP\",\"decimals\":2,"
               "\"change_minor\":0,\"confidence\":0.88}");
}

static void a_job_has_the_fields_that_the_command_line_promises(void **state)
{
    (void)state;
    const struct print_line lines[] = { { .text = "Café 3,00 €" } };
    const struct print_code codes[] = { { "QR", "https://x", 9, 0 } };
    const struct print_image images[] = { { 384, 120, NULL, 0 } };
    const struct print_job job = {
        .from = 10,
        .to = 250,
        .dialect = DIALECT_STAR,
        .lines = lines,
        .codes = codes,
        .images = images,
        .line_count = 1,
        .code_count = 1,
        .image_count = 1,
        .drawer_pulses = 2,
        .is_cut = true,
    };
    struct receipt receipt = { .kind = RECEIPT_NOT_A_SALE };
    const struct receipts receipts = { &receipt, 1 };
    cJSON *json = job_to_json(3, &job, &receipts);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "receipts")), 1);
    cJSON_DeleteItemFromObject(json, "receipts");
    check_json(json, "{\"job\":3,\"bytes\":[10,250],\"dialect\":\"star\",\"lines\":[\"Café 3,00 €\"],"
                     "\"codes\":[{\"type\":\"QR\",\"data\":\"https://x\"}],\"images\":[{\"w\":384,\"h\":120}],"
                     "\"cut\":true,\"drawer\":2}");
}

static void what_was_skipped_or_left_out_is_said(void **state)
{
    (void)state;
    const struct print_job job = { .unknown_commands = 4, .is_over_ceiling = true };
    check_json(job_to_json(1, &job, NULL),
               "{\"job\":1,\"bytes\":[0,0],\"dialect\":\"auto\",\"lines\":[],\"codes\":[],\"images\":[],"
               "\"cut\":false,\"drawer\":0,\"receipts\":[],\"unknown\":4,\"over_ceiling\":true}");
}

/* Some readers of lines break at NEL and at the Unicode separators; a NUL would end the text. */
static void a_code_keeps_every_byte_and_no_line_breaks_in_it(void **state)
{
    (void)state;
    const char data[] = "a\0\n\"\\\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xe2\x82\xac\xc3\xa9";
    const struct print_code code = { "QR", data, sizeof data - 1, 0 };
    const struct print_job job = { .codes = &code, .code_count = 1, .dialect = DIALECT_ESCPOS };
    check_json(job_to_json(1, &job, NULL),
               "{\"job\":1,\"bytes\":[0,0],\"dialect\":\"escpos\",\"lines\":[],\"codes\":[{\"type\":\"QR\","
               "\"data\":\"a\\u0000\\u000a\\u0022\\u005c\\u0085\\u2028\\u2029€é\"}],\"images\":[],"
               "\"cut\":false,\"drawer\":0,\"receipts\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_says_what_is_known_and_null_for_the_rest),
        cmocka_unit_test(a_job_has_the_fields_that_the_command_line_promises),
        cmocka_unit_test(what_was_skipped_or_left_out_is_said),
        cmocka_unit_test(a_code_keeps_every_byte_and_no_line_breaks_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
