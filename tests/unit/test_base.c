#include "unit.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void a_buffer_never_grows_past_its_ceiling(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5);
    assert_int_equal(buf_add_text(&b, "abc"), OK);
    assert_int_equal(buf_add_text(&b, "def"), ERR_FULL);
    assert_int_equal(buf_format(&b, "%d", 12), OK);
    assert_string_equal(buf_text(&b), "abc12");
    assert_int_equal(buf_add_byte(&b, 'x'), ERR_FULL);
    buf_drop(&b, 3);
    assert_string_equal(buf_text(&b), "12");
    buf_drop(&b, 99);
    assert_int_equal(b.n, 0);
    buf_clear(&b);
    buf_clear(&b);
}

static void a_node_leaves_its_list_twice_without_harm(void **state)
{
    (void)state;
    struct list head, a, b;
    list_init(&head);
    list_append(&head, &a);
    list_append(&head, &b);
    list_remove(&a);
    list_remove(&a);
    assert_ptr_equal(head.next, &b);
    list_remove(&b);
    assert_true(list_is_empty(&head));
}

static const struct setting table[] = {
    { "tap", "listen", SETTING_TEXT, "tcp:127.0.0.1:9100", 0, 0, "Where the POS prints to" },
    { "web", "port", SETTING_NUMBER, "8455", 0, 65535, "The counter page's port" },
    { "web", "open", SETTING_FLAG, "no", 0, 0, "Listen beyond this machine" },
    { "slip", "print", SETTING_CHOICE, "by-itself|when-asked", 0, 0, "When a slip is printed" },
    { "web", "name", SETTING_TEXT, "", 0, 0, "Another name" },
};

static struct settings *new_settings(void)
{
    const struct setting *tables[] = { table };
    size_t counts[] = { sizeof table / sizeof *table };
    return settings_new(tables, counts, 1);
}

static char *written(const char *text)
{
    char *path = mem_text("/tmp/tillside-settings-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static void expect_reason(const char *text, const char *part)
{
    struct settings *s = new_settings();
    char *path = written(text), *reason = NULL;
    assert_int_equal(settings_read(s, path, &reason), ERR_INPUT);
    if (strstr(reason, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", reason, part);
    }
    mem_free(reason);
    unlink(path);
    mem_free(path);
    settings_free(s);
}

static void a_wrong_setting_is_named_with_its_line(void **state)
{
    (void)state;
    expect_reason("[web]\nport = 80\nprot = 81\n", ":3: there is no setting \"prot\" in [web]");
    expect_reason("[web]\nport = many\n", ":2: \"port\" must be a number");
    expect_reason("[web]\nport = 99999\n", ":2: \"port\" must lie between 0 and 65535");
    expect_reason("[web]\nopen = perhaps\n", ":2: \"open\" must be yes or no");
    expect_reason("[web]\nnonsense\n", ":2: expected");
    expect_reason("[slip]\nprint = when\n", ":2: \"print\" must be one of by-itself|when-asked");
}

static void settings_have_defaults_and_repeat(void **state)
{
    (void)state;
    struct settings *s = new_settings();
    char *path = written("[tap]\nlisten = unix:/a\nlisten = unix:/b\n"), *reason = NULL;
    assert_int_equal(settings_read(s, path, &reason), OK);
    assert_string_equal(settings_text(s, "tap", "listen"), "unix:/b");
    assert_string_equal(settings_text_at(s, "tap", "listen", 0), "unix:/a");
    assert_null(settings_text_at(s, "tap", "listen", 2));
    assert_int_equal(settings_number(s, "web", "port"), 8455);
    assert_false(settings_flag(s, "web", "open"));
    assert_int_equal(settings_set(s, "web", "open", "yes", &reason), OK);
    assert_true(settings_flag(s, "web", "open"));
    assert_string_equal(settings_text(s, "slip", "print"), "by-itself");
    assert_int_equal(settings_set(s, "slip", "print", "when-asked", &reason), OK);
    assert_string_equal(settings_text(s, "slip", "print"), "when-asked");
    char *help = settings_help(s);
    assert_non_null(strstr(help, "print = by-itself\n"));
    assert_null(strstr(strstr(help, "[web]") + 1, "[web]"));
    assert_non_null(strstr(help, "# The counter page's port\nport = 8455\n"));
    mem_free(help);
    unlink(path);
    mem_free(path);
    settings_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_never_grows_past_its_ceiling),
        cmocka_unit_test(a_node_leaves_its_list_twice_without_harm),
        cmocka_unit_test(a_wrong_setting_is_named_with_its_line),
        cmocka_unit_test(settings_have_defaults_and_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
