// installed_library.cc - the installed library as a C++ program sees it: the header alone, no file of the source tree.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <loopstress.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

std::string folder;

void write_file(const std::string &name, const char *text) { std::ofstream(folder + "/" + name) << text; }

// a owes b 20 of the 10 that it has: it pays 10, and b goes without the rest.
class Installed : public ::testing::Test {
protected:
  void SetUp() override {
    char name[] = "/tmp/loopstress-install-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder = name;
    write_file("entities.csv", "id,external_assets,external_liabilities\na,10,0\nb,5,1\n");
    write_file("liabilities.csv", "debtor,creditor,amount\na,b,20\n");
    ASSERT_EQ(ls_context_create(&context), LS_STATUS_OK);
  }

  void TearDown() override {
    ls_results_destroy(&results);
    ls_network_destroy(&network);
    ls_context_destroy(&context);
    for (const char *name : {"entities.csv", "liabilities.csv"}) unlink((folder + "/" + name).c_str());
    rmdir(folder.c_str());
  }

  void run(const char *model) {
    ASSERT_EQ(ls_network_read(context, folder.c_str(), nullptr, &network), LS_STATUS_OK)
        << ls_context_message(context, 0);
    ls_run_options options = ls_run_options_default();
    options.model = model;
    options.backend = "cpu";
    ASSERT_EQ(ls_run(context, network, &options, &results), LS_STATUS_OK) << ls_context_message(context, 0);
  }

  ls_context *context = nullptr;
  ls_network *network = nullptr;
  ls_results *results = nullptr;
};

TEST(Library, has_a_version_and_status_texts) {
  EXPECT_NE(std::string(ls_version()).find('.'), std::string::npos);
  EXPECT_STREQ(ls_status_text(LS_STATUS_OK), "done");
  EXPECT_EQ(ls_status_exit_code(LS_STATUS_USAGE), 64);
}

TEST_F(Installed, a_bank_that_cannot_pay_defaults) {
  run("eisenberg-noe");
  ASSERT_NE(results, nullptr);
  EXPECT_EQ(ls_network_entity_count(network), 2);
  EXPECT_STREQ(ls_network_entity_id(network, 0), "a");
  EXPECT_EQ(ls_results_default_probability(results, 0), 1);
  EXPECT_EQ(ls_results_default_probability(results, 1), 0);
  EXPECT_TRUE(std::isnan(ls_results_default_probability(results, 2)));
  EXPECT_EQ(std::string(ls_results_digest(results)).size(), 32u);
}

TEST_F(Installed, results_describe_themselves_as_json) {
  run("eisenberg-noe");
  ASSERT_NE(results, nullptr);
  ls_text *text = nullptr;
  ASSERT_EQ(ls_results_describe(context, results, LS_FORMAT_JSON, &text), LS_STATUS_OK);
  EXPECT_NE(std::string(ls_text_data(text), ls_text_length(text)).find("\"eisenberg-noe\""), std::string::npos);
  ls_text_destroy(&text);
  EXPECT_EQ(text, nullptr);
}

TEST_F(Installed, a_missing_network_leaves_outputs_untouched) {
  EXPECT_EQ(ls_network_read(context, "/no/such/network", nullptr, &network), LS_STATUS_INPUT_MISSING);
  EXPECT_EQ(network, nullptr);
  EXPECT_GE(ls_context_message_count(context), 1);
}

} // namespace

// One line in the form that the project's other test programs use.
int main(int argc, char **argv) {
  ::testing::InitGoogleTest(&argc, argv);
  int status = RUN_ALL_TESTS();
  const ::testing::UnitTest &all = *::testing::UnitTest::GetInstance();
  std::printf("%d passed, %d failed, %d skipped\n", all.successful_test_count(), all.failed_test_count(),
              all.skipped_test_count());
  return status;
}
