using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

/// <summary>What is wrong with one field of a form, as its control needs it. Pure.</summary>
internal static class FieldFaults
{
    extension(IReadOnlyList<FieldFault> faults)
    {
        /// <summary>As one text; null when nothing is.</summary>
        public string? Of(string field) => string.Join(' ', faults.Where(fault => fault.Field == field).Select(fault => fault.Text)) is { Length: > 0 } words ? words : null;

        /// <summary>For aria-describedby: ids of the texts that describe a control; what is wrong with it comes first.</summary>
        /// <param name="typed">What is wrong with it while it is being typed.</param>
        public string SaidBy(string id, string field, string? typed = null) => (faults.Of(field) ?? typed) is null ? $"{id}-help" : $"{id}-fault {id}-help";

        /// <summary>For aria-invalid.</summary>
        public string? IsBad(string field) => faults.Of(field) is null ? null : "true";
    }
}
