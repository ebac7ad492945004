// other_connection - another program with the database open: plain SQLite, for tests.
#pragma once

#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>
#include <string>

namespace odmr
{

class other_connection
{
public:
    explicit other_connection(const std::filesystem::path& file)
    {
        sqlite3* opened = nullptr;
        const int result = sqlite3_open(file.c_str(), &opened);
        handle_.reset(opened);
        if (result != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(opened));
    }

    void run(const std::string& statements)
    {
        if (sqlite3_exec(handle_.get(), statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(handle_.get()));
    }

    /// The first column of the first row, as text.
    std::string ask(const std::string& question)
    {
        sqlite3_stmt* prepared = nullptr;
        sqlite3_prepare_v2(handle_.get(), question.c_str(), -1, &prepared, nullptr);
        const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared,
                                                                                   &sqlite3_finalize);
        if (sqlite3_step(prepared) != SQLITE_ROW)
            throw std::runtime_error(sqlite3_errmsg(handle_.get()));
        const auto* text = sqlite3_column_text(prepared, 0);
        return text ? reinterpret_cast<const char*>(text) : "";
    }

private:
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_{nullptr, &sqlite3_close};
};

}  // namespace odmr
