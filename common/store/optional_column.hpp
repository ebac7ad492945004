// optional_column - std::optional as a column that may be NULL, for SOCI's use() and into(). Not for other
// rooms.
#pragma once

#include <soci/soci.h>

#include <optional>

namespace soci
{

template <class T>
struct type_conversion<std::optional<T>> {
    using base_type = typename type_conversion<T>::base_type;

    static void from_base(const base_type& in, indicator mark, std::optional<T>& out)
    {
        out.reset();
        if (mark == i_null)
            return;
        T value{};
        type_conversion<T>::from_base(in, mark, value);
        out = value;
    }

    static void to_base(const std::optional<T>& in, base_type& out, indicator& mark)
    {
        mark = i_null;
        if (in)
            type_conversion<T>::to_base(*in, out, mark);
    }
};

}  // namespace soci
