/* Statuses as Epson's reference lays them out, and as a recorded session shows one. */
#include "unit.h"

#include "pure/printer_status.h"

#include <string.h>

static const char *word_after(const unsigned char *bytes, size_t n)
{
    struct status_reader r = { 0 };
    struct printer_status s = { 0 };
    const char *word = "silent";
    for (size_t i = 0; i < n; i++) {
        if (printer_status_hear(&r, bytes[i], &s)) {
            word = printer_status_word(&s);
        }
    }
    return word;
}

#define WORD_AFTER(...) word_after((const unsigned char[]){ __VA_ARGS__ }, sizeof((const unsigned char[]){ __VA_ARGS__ }))

static void a_status_is_four_bytes(void **state)
{
    (void)state;
    assert_string_equal(WORD_AFTER(0x14, 0x00, 0x00, 0x0F), "ready"); /* recorded: online, drawer pin high */
    assert_string_equal(WORD_AFTER(0x18, 0x00, 0x0C, 0x0F), "paper_end");
    assert_string_equal(WORD_AFTER(0x38, 0x00, 0x00, 0x0F), "cover_open");
    assert_string_equal(WORD_AFTER(0x18, 0x20, 0x00, 0x0F), "offline"); /* unrecoverable */
    assert_string_equal(WORD_AFTER(0x10, 0x00, 0x03, 0x0F), "ready");   /* paper near its end still prints */
    assert_string_equal(WORD_AFTER(0x14, 0x00, 0x00), "silent");
}

static void other_answers_between_do_not_confuse(void **state)
{
    (void)state;
    assert_string_equal(WORD_AFTER(0x12, 0x18, 0x00, 0x0C, 0x0F), "paper_end");                     /* after DLE EOT's answer */
    assert_string_equal(WORD_AFTER(0x18, 0x00, 0x16, 0x0C, 0x0F, 0x14, 0x00, 0x00, 0x0F), "ready"); /* cut through by one */
    assert_string_equal(WORD_AFTER(0x18, 0x13, 0x00, 0x11, 0x0C, 0x0F), "paper_end");               /* XOFF and XON within */
    assert_string_equal(WORD_AFTER('_', 'E', 'P', 'S', 'O', 'N', 0x00), "silent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_is_four_bytes),
        cmocka_unit_test(other_answers_between_do_not_confuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
